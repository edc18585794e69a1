//! What verifying an archive costs at the least: reading each file, its SHA-256, one RSA operation.
//!
//! `archive-floor FOLDER [THREADS]` prints two times in seconds: with the octets read from the
//! files, and with those in memory.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a measuring program: what goes wrong ends it"
)]

use std::fs::{self, File};
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dkim_toolkit::algorithm::HashAlgorithm;
use dkim_toolkit::key::PrivateKey;
use sha2::{Digest as _, Sha256};

/// As much as `dkim verify` reads at once.
const PIECE: usize = 128 * 1024;

fn main() {
    let mut words = std::env::args().skip(1);
    let folder = words.next().unwrap();
    let threads: usize = words.next().map_or(1, |threads| threads.parse().unwrap());
    let files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let secret = fs::read("testdata/keys/rsa2048.pem").unwrap();
    let secret = PrivateKey::from_bytes(&secret, None).unwrap();
    let key = secret.public_key();
    let digest = [7; 32];
    let signature = secret.sign(&digest).unwrap();

    let next = AtomicUsize::new(0);
    let work = || {
        let mut buffer = vec![0; PIECE];
        let mut reading = Duration::ZERO;
        while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut file = File::open(path).unwrap();
            let mut hash = Sha256::new();
            loop {
                let began = Instant::now();
                let length = file.read(&mut buffer).unwrap();
                reading += began.elapsed();
                if length == 0 {
                    break;
                }
                hash.update(&buffer[..length]);
            }
            std::hint::black_box(hash.finalize());
            assert!(key.verify(HashAlgorithm::Sha256, &digest, &signature));
        }
        reading
    };
    let began = Instant::now();
    let reading: Duration = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let readings = workers.into_iter().map(|worker| worker.join().unwrap());
        readings.sum()
    });
    let all = began.elapsed().as_secs_f64();
    let reading = reading.as_secs_f64() / f64::from(u32::try_from(threads).unwrap());
    println!("{all:.3} {:.3}", all - reading);
}
