/** How every page looks, in light and dark, on a phone and on a desk. */
export const stylesheet = `:root{color-scheme:light dark}
`
