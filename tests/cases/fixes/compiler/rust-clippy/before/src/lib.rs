pub fn has(words: &[String]) -> bool {
    words.len() > 0
}
