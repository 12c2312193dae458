//! Links the addon. `napi_build::setup` also passes `-z nodelete`: an addon that is unloaded with the last worker
//! thread crashes the process, so it stays loaded.

fn main() {
    napi_build::setup();
}
