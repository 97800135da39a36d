#[derive(Clone, Debug)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

fn main() {
    let p = Point { x: 1, y: 2 };
    let q = p.clone();
    println!("{p:?} {q:?}");
}
