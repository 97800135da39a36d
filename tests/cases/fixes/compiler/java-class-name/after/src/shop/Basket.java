package shop;

public class Basket {
    private final int count;

    public Basket(int count) {
        this.count = count;
    }
}
