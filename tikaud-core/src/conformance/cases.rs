//! The macro that defines a suite's cases and, from the same list, the macro that runs them.

/// Defines each case as a function, and the exported macro with one `#[test]` for each of them.
///
/// `$d` is a dollar sign: the exported macro has variables of its own, which this one must not take for its.
macro_rules! cases {
    (
        $d:tt
        $(#[$export_meta:meta])*
        $export:ident over $fixture:ident in $module:ident;
        $($(#[$meta:meta])* async fn $case:ident($argument:ident) $body:block)+
    ) => {
        $(
            $(#[$meta])*
            pub async fn $case($argument: &dyn $fixture) $body
        )+

        $(#[$export_meta])*
        #[macro_export]
        macro_rules! $export {
            ($d fixture:expr $d(, ignore = $d reason:literal)? $d(,)?) => {
                $(
                    #[test]
                    $d(#[ignore = $d reason])?
                    fn $case() {
                        $crate::conformance::block_on(async {
                            $crate::conformance::$module::cases::$case(&$d fixture).await;
                        });
                    }
                )+
            };
        }
    };
}
