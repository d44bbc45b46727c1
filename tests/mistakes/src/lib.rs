//! Only tests are here.
