#pragma once

#include <string>

class Book {
public:
    Book(std::string title, std::string author, int year);

    const std::string& title() const;
    const std::string& author() const;
    int year() const;
    std::string label() const;

private:
    std::string title_;
    std::string author_;
    int year_;
};

bool older(const Book& one, const Book& other);
