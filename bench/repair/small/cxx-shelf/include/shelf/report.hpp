#pragma once

#include <ostream>

#include "shelf/store.hpp"

struct Totals {
    int titles = 0;
    int copies = 0;
};

Totals count(const Store& store);
void print(std::ostream& out, const Store& store);
