#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "shelf/book.hpp"

class Store {
public:
    void add(const Book& book, int copies);
    bool lend(const std::string& title);
    std::optional<Book> find(const std::string& title) const;
    std::vector<Book> sorted() const;
    int copies(const std::string& title) const;

private:
    std::vector<Book> books_;
    std::map<std::string, int> copies_;
};
