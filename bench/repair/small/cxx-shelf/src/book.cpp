#include "shelf/book.hpp"

#include <stdexcept>
#include <utility>

Book::Book(std::string title, std::string author, int year)
    : title_(std::move(title)), author_(std::move(author)), year_(year) {
    if (title_.empty()) {
        throw std::runtime_error("a book without a title");
    }
}

const std::string& Book::title() const {
    return title_;
}

const std::string& Book::author() const {
    return author_;
}

int Book::year() const {
    return year_;
}

std::string Book::label() const {
    return author_ + ": " + title_ + " (" + std::to_string(year_) + ")";
}

bool older(const Book& one, const Book& other) {
    return one.year() < other.year();
}
