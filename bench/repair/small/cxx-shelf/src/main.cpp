#include <iostream>
#include <string>
#include <vector>

#include "shelf/report.hpp"
#include "shelf/store.hpp"

int main() {
    Store store;
    store.add(Book("The Waves", "Woolf", 1931), 2);
    store.add(Book("Ulysses", "Joyce", 1922), 1);
    store.add(Book("Emma", "Austen", 1815), 3);
    std::vector<std::string> wanted = {"Emma", "Ulysses", "Ulysses", "Nothing"};
    for (const std::string& title : wanted) {
        if (!store.lend(title)) {
            std::cout << "not here: " << title << "\n";
        }
    }
    if (store.find("Emma")) {
        std::cout << store.find("Emma")->label() << "\n";
    }
    print(std::cout, store);
    return 0;
}
