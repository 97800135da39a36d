//! Matrices of numbers, and a game of life on them.

use std::fmt::Debug;
use std::ops::{Add, Index, IndexMut, Mul};

#[derive(Debug, Clone, PartialEq)]
pub struct Grid<T> {
    width: usize,
    height: usize,
    cells: Vec<T>,
}

impl<T: Copy + Default> Grid<T> {
    pub fn new(width: usize, height: usize) -> Self {
        Grid {
            width,
            height,
            cells: vec![T::default(); width * height],
        }
    }

    pub fn from_rows(rows: &[Vec<T>]) -> Option<Self> {
        let width = rows.first()?.len();
        if rows.iter().any(|row| row.len() != width) {
            return None;
        }
        let cells = rows.iter().flatten().copied().collect();
        Some(Grid {
            width,
            height: rows.len(),
            cells,
        })
    }

    pub fn width(&self) -> usize {
        self.width
    }

    pub fn height(&self) -> usize {
        self.height
    }

    pub fn row(&self, number: usize) -> &[T] {
        let start = number * self.width;
        &self.cells[start..start + self.width]
    }

    pub fn map<U, F>(&self, change: F) -> Grid<U>
    where
        F: Fn(T) -> U,
    {
        Grid {
            width: self.width,
            height: self.height,
            cells: self.cells.iter().map(|&cell| change(cell)).collect(),
        }
    }

    pub fn transposed(&self) -> Grid<T> {
        let mut turned = Grid::new(self.height, self.width);
        for y in 0..self.height {
            for x in 0..self.width {
                turned[(y, x)] = self[(x, y)];
            }
        }
        turned
    }
}

impl<T> Index<(usize, usize)> for Grid<T> {
    type Output = T;

    fn index(&self, (x, y): (usize, usize)) -> &T {
        &self.cells[y * self.width + x]
    }
}

impl<T> IndexMut<(usize, usize)> for Grid<T> {
    fn index_mut(&mut self, (x, y): (usize, usize)) -> &mut T {
        &mut self.cells[y * self.width + x]
    }
}

impl<T> Mul for &Grid<T>
where
    T: Copy + Default + Add<Output = T> + Mul<Output = T>,
{
    type Output = Grid<T>;

    fn mul(self, other: &Grid<T>) -> Grid<T> {
        assert_eq!(self.width, other.height, "the sizes do not fit");
        let mut product = Grid::new(other.width, self.height);
        for y in 0..self.height {
            for x in 0..other.width {
                let mut sum = T::default();
                for step in 0..self.width {
                    sum = sum + self[(step, y)] * other[(x, step)];
                }
                product[(x, y)] = sum;
            }
        }
        product
    }
}

pub trait Rule {
    fn alive(&self, neighbours: u32, before: bool) -> bool;
}

pub struct Life;

impl Rule for Life {
    fn alive(&self, neighbours: u32, before: bool) -> bool {
        matches!((before, neighbours), (true, 2) | (_, 3))
    }
}

pub fn step(grid: &Grid<bool>, rule: &dyn Rule) -> Grid<bool> {
    let mut next = grid.clone();
    for y in 0..grid.height() {
        for x in 0..grid.width() {
            let count = neighbours(grid, x, y);
            next[(x, y)] = rule.alive(count, grid[(x, y)]);
        }
    }
    next
}

fn neighbours(grid: &Grid<bool>, x: usize, y: usize) -> u32 {
    let mut count = 0;
    for dy in -1i64..=1 {
        for dx in -1i64..=1 {
            let (nx, ny) = (x as i64 + dx, y as i64 + dy);
            let inside =
                nx >= 0 && ny >= 0 && nx < grid.width() as i64 && ny < grid.height() as i64;
            if (dx, dy) != (0, 0) && inside && grid[(nx as usize, ny as usize)] {
                count += 1;
            }
        }
    }
    count
}

pub fn show<T: Debug>(grid: &Grid<T>) -> String {
    let mut text = String::new();
    for row in grid.cells.chunks(grid.width) {
        let line: Vec<String> = row.iter().map(|cell| format!("{cell:?}")).collect();
        text.push_str(&line.join(" "));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products() {
        let one = Grid::from_rows(&[vec![1, 2], vec![3, 4]]).unwrap();
        let other = one.transposed();
        let product = &one * &other;
        assert_eq!(product.row(0), [5, 11]);
        assert_eq!(product.row(1), [11, 25]);
        assert_eq!(show(&one), "1 2\n3 4\n");
    }

    #[test]
    fn ragged_rows_are_refused() {
        assert!(Grid::from_rows(&[vec![1], vec![1, 2]]).is_none());
        assert!(Grid::<i32>::from_rows(&[]).is_none());
    }

    #[test]
    fn a_blinker_blinks() {
        let mut grid = Grid::new(3, 3);
        for x in 0..3 {
            grid[(x, 1)] = true;
        }
        let next = step(&grid, &Life);
        assert_eq!(next, grid.transposed());
        assert_eq!(next.map(u8::from).row(0), [0, 1, 0]);
    }
}
