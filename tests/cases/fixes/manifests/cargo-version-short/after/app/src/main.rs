fn main() {
    println!("{}", tools::shout("hi"));
}
