#include <iostream>
#include <string>

int main()
{
    string name = "x";
    std::cout << name << std::endl;
}
