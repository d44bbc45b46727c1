//! Each fault in each kind of call. What is random is in the program.

pub mod matrix;
