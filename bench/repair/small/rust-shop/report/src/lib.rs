use shop_store::Item;

pub fn line(item: &Item) -> String {
    format!("{:<12}{:>6}", item.name, item.cents)
}

#[cfg(feature = "totals")]
pub fn footer(items: &[Item]) -> String {
    format!("{:<12}{:>6}", "total", shop_store::total(items))
}

#[cfg(feature = "colours")]
pub fn red(text: &str) -> String {
    format!("\x1b[31m{text}\x1b[0m")
}
