pub fn has(words: &[String]) -> bool {
    !words.is_empty()
}
