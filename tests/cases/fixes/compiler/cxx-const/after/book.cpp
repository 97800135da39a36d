#include "book.hpp"

std::string Book::label() const {
    return "<" + title_ + ">";
}
