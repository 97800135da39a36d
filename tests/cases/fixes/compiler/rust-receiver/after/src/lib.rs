pub struct Queue {
    items: Vec<u32>,
}

impl Queue {
    pub fn push(&mut self, item: u32) {
        self.items.push(item);
    }

    pub fn largest(&self) -> u32 {
        self.items.iter().copied().max().unwrap_or(0)
    }
}

pub fn twice(queue: &mut Queue) -> u32 {
    let first = queue.largest();
    queue.push(first);
    queue.largest()
}
