mod other;

fn main() {
    println!("{}", other::one());
}
