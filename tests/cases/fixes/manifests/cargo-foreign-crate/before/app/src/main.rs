fn main() {
    println!("{}", tolls::shout("hi"));
}
