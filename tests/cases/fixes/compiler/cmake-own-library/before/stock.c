int stock(void) {
    return 3;
}
