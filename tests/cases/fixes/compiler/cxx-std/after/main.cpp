#include <iostream>
#include <string>

int main()
{
    std::string name = "x";
    std::cout << name << std::endl;
}
