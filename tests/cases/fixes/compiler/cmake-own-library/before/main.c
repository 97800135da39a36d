int stock(void);

int main(void) {
    return stock() - 3;
}
