pub fn first(text: &str) -> &str {
    text.split(' ').next().unwrap_or("")
}
