#include <iostream>
#include <vector>

int main()
{
    std::vector<int> all{1, 2};
    std::cout << all.size() << std::endl;
}
