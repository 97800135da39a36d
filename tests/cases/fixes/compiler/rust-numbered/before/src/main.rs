fn main() {
    let side1 = 2;
    println!("{}", side1 * side2);
}
