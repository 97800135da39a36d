/// Words of a text, longest first.
pub fn words(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text.split_whitespace().collect();
    found.sort_by_key(|word| std::cmp::Reverse(word.len()));
    found
}

pub fn longest(text: &str) -> Option<&str> {
    words(text).first().copied()
}
