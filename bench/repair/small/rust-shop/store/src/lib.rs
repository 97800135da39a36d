#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub name: String,
    pub cents: u64,
}

pub fn total(items: &[Item]) -> u64 {
    let sum: u64 = items.iter().map(|item| item.cents).sum();
    discounted(sum)
}

#[cfg(feature = "discounts")]
fn discounted(sum: u64) -> u64 {
    if sum > 10_000 {
        sum - sum / 10
    } else {
        sum
    }
}

#[cfg(not(feature = "discounts"))]
fn discounted(sum: u64) -> u64 {
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals() {
        let item = Item {
            name: "pen".into(),
            cents: 6_000,
        };
        assert_eq!(total(&[item.clone()]), 6_000);
        assert!(total(&[item.clone(), item]) <= 12_000);
    }
}
