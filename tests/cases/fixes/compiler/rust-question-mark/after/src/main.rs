use std::fs;
use std::io;

fn lines(path: &str) -> io::Result<usize> {
    let text = fs::read_to_string(path)?;
    Ok(text.lines().count())
}

fn main() {
    println!("{}", lines("Cargo.toml").unwrap_or(0));
}
