package shop;

public class Baskte {
    private final int count;

    public Basket(int count) {
        this.count = count;
    }
}
