//! Values that can be used in a query, a header or a path.

use std::borrow::Cow;

/// A value of a query parameter or a header: any number of texts.
///
/// Implemented for text, numbers, booleans, lists and options of these, and for the generated
/// enums.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent in a query or a header",
    label = "a text, a number, a boolean, an enum of the client, or a list or an option of one is expected",
    note = "convert other values with `.to_string()`"
)]
pub trait Param {
    /// Calls `f` with each text, in order.
    fn each(&self, f: &mut dyn FnMut(&str));
}

impl Param for str {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        f(self);
    }
}

impl Param for String {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        f(self);
    }
}

impl Param for Cow<'_, str> {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        f(self);
    }
}

macro_rules! displayed {
    ($($ty:ty),*) => {
        $(impl Param for $ty {
            fn each(&self, f: &mut dyn FnMut(&str)) {
                f(&self.to_string());
            }
        })*
    };
}

// A whole float is written without a fraction: `20.0` becomes `20`.
displayed!(bool, u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64);

mod sealed {
    pub trait Sealed {}
}

/// An integer of any width, for the number of items per page, which is often the `len()` of a list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer",
    label = "an integer of any type is expected, for example `100` or `ids.len()`",
    note = "read a text with `.parse::<u32>()`, and give an `Option` only if it is `Some`"
)]
pub trait Integer: Param + sealed::Sealed {}

macro_rules! integers {
    ($($ty:ty),*) => {
        $(impl sealed::Sealed for $ty {}
        impl Integer for $ty {})*
    };
}

integers!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

impl<P: Param + ?Sized> Param for &P {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        (**self).each(f);
    }
}

impl<P: Param + ?Sized> Param for Box<P> {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        (**self).each(f);
    }
}

impl<P: Param> Param for Option<P> {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        self.iter().for_each(|value| value.each(f));
    }
}

impl<P: Param> Param for [P] {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        self.iter().for_each(|value| value.each(f));
    }
}

impl<P: Param, const N: usize> Param for [P; N] {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        self.as_slice().each(f);
    }
}

impl<P: Param> Param for Vec<P> {
    fn each(&self, f: &mut dyn FnMut(&str)) {
        self.as_slice().each(f);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn params_become_texts() {
        fn texts(value: &(impl Param + ?Sized)) -> Vec<String> {
            let mut all = Vec::new();
            value.each(&mut |text| all.push(text.to_owned()));
            all
        }
        assert_eq!(texts("a"), ["a"]);
        assert_eq!(texts(&20.0), ["20"]);
        assert_eq!(texts(&0.5), ["0.5"]);
        assert_eq!(texts(&true), ["true"]);
        assert_eq!(texts(&Some(vec![1u64, 2])), ["1", "2"]);
        assert_eq!(texts(&None::<i32>), [""; 0]);
        assert_eq!(texts(&["a", "b"][..]), ["a", "b"]);
    }
}
