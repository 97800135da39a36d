#include "book.hpp"

std::string Book::label() {
    return "<" + title_ + ">";
}
