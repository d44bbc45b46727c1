//! Without the feature `keyring` no token is in the keyring of the system.

use crm_core::Secret;

use crate::failure::Failure;
use crate::note;

pub(super) async fn read(profile: &str, api: &str) -> Result<Secret, Failure> {
    Err(Failure::credential(format!(
        "the token for {api} of profile {profile} is in the keyring, which this crm cannot read; install crm with the \
         feature keyring, or store the token in the profile with: crm login {api} --token"
    )))
}

pub(super) async fn store(_: &str, _: &str, _: &Secret) -> Result<(), Failure> {
    Err(Failure::usage("this crm cannot write to the keyring; install crm with the feature keyring"))
}

pub(super) async fn remove(profile: &str, api: &str) {
    note::say(&format!("the earlier token is still in the keyring, under crm and {profile}/{api}; remove it there"));
}
