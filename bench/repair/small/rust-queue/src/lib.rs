//! A queue of jobs with priorities, shared between workers.

use std::collections::{BinaryHeap, HashSet};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Job {
    priority: u8,
    name: String,
}

impl Job {
    pub fn new(name: impl Into<String>, priority: u8) -> Job {
        Job {
            name: name.into(),
            priority,
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

#[derive(Debug, Default)]
pub struct Queue {
    waiting: BinaryHeap<Job>,
    seen: HashSet<String>,
}

impl Queue {
    pub fn push(&mut self, job: Job) -> bool {
        if !self.seen.insert(job.name.clone()) {
            return false;
        }
        self.waiting.push(job);
        true
    }

    pub fn pop(&mut self) -> Option<Job> {
        self.waiting.pop()
    }

    pub fn drain_sorted(&mut self) -> Vec<Job> {
        let mut jobs = Vec::with_capacity(self.waiting.len());
        while let Some(job) = self.waiting.pop() {
            jobs.push(job);
        }
        jobs
    }
}

pub trait Observer {
    fn started(&self, job: &Job);
}

#[derive(Default)]
pub struct Recorder {
    lines: Mutex<Vec<String>>,
}

impl Recorder {
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

impl Observer for Recorder {
    fn started(&self, job: &Job) {
        let line = format!("start {}", job.name());
        self.lines.lock().unwrap().push(line);
    }
}

pub struct Runner {
    observers: Vec<Rc<dyn Observer>>,
}

impl Runner {
    pub fn new() -> Runner {
        Runner {
            observers: Vec::new(),
        }
    }

    pub fn watch(&mut self, observer: Rc<dyn Observer>) -> &mut Runner {
        self.observers.push(observer);
        self
    }

    pub fn run(&self, queue: &mut Queue) -> usize {
        let mut done = 0;
        while let Some(job) = queue.pop() {
            for observer in &self.observers {
                observer.started(&job);
            }
            done += 1;
        }
        done
    }
}

impl Default for Runner {
    fn default() -> Self {
        Runner::new()
    }
}

pub fn run_threads(jobs: Vec<Job>, workers: usize) -> Vec<String> {
    let shared = Arc::new(Mutex::new(jobs));
    let mut handles = Vec::new();
    for number in 0..workers {
        let shared = Arc::clone(&shared);
        let handle = thread::spawn(move || {
            let mut done = Vec::new();
            loop {
                let job = shared.lock().unwrap().pop();
                match job {
                    Some(job) => done.push(format!("{}:{}", number, job.name())),
                    None => break,
                }
                thread::sleep(Duration::from_millis(1));
            }
            done
        });
        handles.push(handle);
    }
    let mut all = Vec::new();
    for handle in handles {
        all.extend(handle.join().expect("a worker panicked"));
    }
    all
}

pub fn backoff(attempt: u32, base: Duration) -> Duration {
    let factor = 2u32.pow(attempt.min(6));
    base * factor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn highest_first_and_once() {
        let mut queue = Queue::default();
        assert!(queue.push(Job::new("low", 1)));
        assert!(queue.push(Job::new("high", 9)));
        assert!(!queue.push(Job::new("low", 5)));
        let names: Vec<String> = queue
            .drain_sorted()
            .iter()
            .map(|job| job.name().to_string())
            .collect();
        assert_eq!(names, ["high", "low"]);
        assert_eq!(queue.pop(), None);
    }

    #[test]
    fn observers_see_all() {
        let recorder = Rc::new(Recorder::default());
        let mut queue = Queue::default();
        queue.push(Job::new("a", 1));
        queue.push(Job::new("b", 2));
        let mut runner = Runner::new();
        runner.watch(recorder.clone());
        assert_eq!(runner.run(&mut queue), 2);
        assert_eq!(recorder.lines(), ["start b", "start a"]);
    }

    #[test]
    fn threads_do_everything() {
        let jobs = (0..8)
            .map(|number| Job::new(format!("job{number}"), 1))
            .collect();
        assert_eq!(run_threads(jobs, 3).len(), 8);
        assert_eq!(
            backoff(3, Duration::from_millis(10)),
            Duration::from_millis(80)
        );
    }
}
