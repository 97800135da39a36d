#pragma once

#include <string>

class Book {
public:
    std::string label() const;

private:
    std::string title_;
};
