use shop_store::Item;

fn main() {
    let items: Vec<Item> = std::env::args()
        .skip(1)
        .map(|name| Item {
            cents: name.len() as u64 * 100,
            name,
        })
        .collect();
    for item in &items {
        println!("{}", shop_report::line(item));
    }
    println!("{}", shop_report::red(&shop_report::footer(&items)));
}
