#include "shelf/report.hpp"

#include <iomanip>
#include <string>

Totals count(const Store& store) {
    Totals totals;
    for (const Book& book : store.sorted()) {
        totals.titles += 1;
        totals.copies += store.copies(book.title());
    }
    return totals;
}

void print(std::ostream& out, const Store& store) {
    for (const Book& book : store.sorted()) {
        std::string label = book.label();
        out << std::setw(4) << store.copies(book.title()) << "  " << label << "\n";
    }
    Totals totals = count(store);
    out << totals.titles << " titles, " << totals.copies << " copies\n";
}
