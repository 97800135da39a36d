use std::collections::HashMap;

fn main() {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in ["a", "b", "a"] {
        *counts.entry(word).or_insert(0) += 1;
    }
    let total: usize = counts.values().sum();
    println!("{} words, {total} in all", counts.len());
}
