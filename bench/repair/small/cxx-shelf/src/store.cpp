#include "shelf/store.hpp"

#include <algorithm>

void Store::add(const Book& book, int copies) {
    if (copies_.find(book.title()) == copies_.end()) {
        books_.push_back(book);
    }
    copies_[book.title()] += copies;
}

bool Store::lend(const std::string& title) {
    auto found = copies_.find(title);
    if (found == copies_.end() || found->second == 0) {
        return false;
    }
    found->second -= 1;
    return true;
}

std::optional<Book> Store::find(const std::string& title) const {
    for (const Book& book : books_) {
        if (book.title() == title) {
            return book;
        }
    }
    return std::nullopt;
}

std::vector<Book> Store::sorted() const {
    std::vector<Book> result = books_;
    std::sort(result.begin(), result.end(), older);
    return result;
}

int Store::copies(const std::string& title) const {
    auto found = copies_.find(title);
    return found == copies_.end() ? 0 : found->second;
}
