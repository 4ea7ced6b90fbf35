/**
 * How every page looks, in light and dark, on a phone and on a desk. What pages may use:
 *
 * - `body.card` is one card in the middle, `body.wide` a desk of sections (see page.ts)
 * - `p.lead` under a heading, `.hint` for small print, `.badge` for a word about a thing
 * - `form > .field` holds a label, an input, a `.hint` and an `.error`; `label.check` a box and its words
 * - `.button` with `.primary`, `.danger` or `.link`, on a `<button>` or an `<a>`; `.actions` is a line of them
 * - `.problem`, `.notice` and `.flash` are boxes: what went wrong, what to know, what is done
 * - `nav.sections` with `aria-current="page"`, then `section`, and `section.danger-zone` for what cannot be undone
 * - `dl.facts` says things in pairs; `ul.rows > li` has a `.row-text` and a form or button at its end
 * - `.person` is a line of `.avatar` and name; `.avatar.large`; a letter stands where there is no picture
 * - `.qr` is the `<img>` of a QR code, `ul.codes` shows codes to copy
 * - `table.stack`, with `data-label` on each `<td>`, becomes a list on a phone
 */
export const stylesheet = `:root{
color-scheme:light dark;
--ground:#f3f4f7;--paper:#fff;--ink:#1b1e27;--soft:#5a6072;--line:#d9dce5;--edge:#868da0;
--accent:#2d55c8;--accent-deep:#21429f;--on-accent:#fff;--tint:#eaeffc;
--bad:#b3261e;--bad-tint:#fdecea;--on-bad:#fff;--good:#17663a;--good-tint:#e5f4ea;
--radius:.625rem;--shadow:0 1px 2px #1b1e2714,0 8px 28px #1b1e2712}
@media(prefers-color-scheme:dark){:root{
--ground:#12141a;--paper:#1b1e26;--ink:#e8eaf0;--soft:#a6adbf;--line:#323746;--edge:#747c90;
--accent:#9fb6ff;--accent-deep:#c0cfff;--on-accent:#10172d;--tint:#232b42;
--bad:#ffa39b;--bad-tint:#3b2022;--on-bad:#2c0a08;--good:#8fd6aa;--good-tint:#1a3226;
--shadow:0 1px 2px #0006}}
*,::before,::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;background:var(--ground);color:var(--ink);
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:break-word}
h1,h2,h3{line-height:1.25;margin:0 0 .5rem;text-wrap:balance}
h1{font-size:1.5rem;margin-bottom:1rem}h1+.lead{margin-top:-.5rem}h2{font-size:1.1875rem}h3{font-size:1rem}
p,ul,dl,table,form{margin:0 0 1rem}
main>:last-child,section>:last-child,form>:last-child,li>form,.field>:last-child{margin-bottom:0}
a{color:var(--accent);text-underline-offset:.2em}a:hover{color:var(--accent-deep)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:.25rem}
img{max-width:100%}
code,.codes,input.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
small,.hint{color:var(--soft);font-size:.875rem}
.lead{color:var(--soft)}
body>header{padding:1rem 1.25rem}
.brand{display:inline-flex;align-items:center;min-height:2.75rem;color:var(--ink);font-weight:650;text-decoration:none}
.brand::before{content:"";width:1.125rem;height:1.125rem;margin-right:.625rem;border-radius:.375rem;
background:linear-gradient(135deg,var(--accent),var(--accent-deep))}

.card{display:flex;flex-direction:column}
.card main{flex:1;padding:1.5rem 1.25rem 2.5rem;background:var(--paper);border-top:1px solid var(--line)}
@media(min-width:36rem){
.card{align-items:center;padding:max(1rem,8vh) 1rem 1rem}
.card main{flex:none;width:100%;max-width:27rem;padding:2.25rem 2.25rem 2rem;border:1px solid var(--line);
border-radius:1rem;box-shadow:var(--shadow)}}

.card main>p:not(.hint)>a:only-child{display:inline-block;padding:.625rem 0}
.card main>form~p{margin:.5rem 0 0}

.wide>header,.wide main{width:100%;max-width:64rem;margin:0 auto}
.wide main{padding:0 0 3rem}
.wide main>:not(section,nav){margin-left:1.25rem;margin-right:1.25rem}
section{margin:0 0 1rem;padding:1.5rem 1.25rem;background:var(--paper);border:solid var(--line);border-width:1px 0}
.card section{padding:1rem 0 0;border-width:1px 0 0}
.sections ul{display:flex;flex-wrap:wrap;gap:.25rem;margin:0 0 1rem;padding:.25rem 1.25rem;list-style:none}
.sections a{display:flex;align-items:center;min-height:2.75rem;padding:0 .875rem;border-radius:var(--radius);
color:var(--ink);text-decoration:none;white-space:nowrap}
.sections a:hover{background:var(--tint)}
.sections [aria-current]{background:var(--tint);color:var(--accent);font-weight:600}
@media(min-width:36rem){.wide main>*,.wide main>:not(section,nav){margin-left:1.25rem;margin-right:1.25rem}
.wide section{padding:1.75rem;border-width:1px;border-radius:1rem}}
@media(min-width:54rem){.wide main:has(>nav){display:grid;grid-template-columns:12rem minmax(0,1fr);align-content:start}
.wide main>nav{grid-column:1;grid-row:1/99}.wide main>:not(nav){grid-column:2}
.sections ul{flex-direction:column;margin:0;padding:0}}

.field{margin:0 0 1rem}
.field label,legend{display:block;margin:0 0 .375rem;padding:0;font-weight:600}
fieldset{margin:0 0 1rem;padding:0;border:0;min-width:0}
.field .hint,.field .error{margin:.375rem 0 0}
.error{color:var(--bad);font-size:.875rem}
input,select,textarea{font:inherit;color:inherit}
.field :is(input,select,textarea){width:100%;min-height:2.75rem;padding:.5rem .75rem;border:1px solid var(--edge);
border-radius:var(--radius);background:var(--paper)}
.field :is(input,select,textarea):focus-visible{outline-offset:-1px;border-color:var(--accent);border-radius:var(--radius)}
.field [aria-invalid=true]{border-color:var(--bad)}
.field [readonly]{background:var(--ground);color:var(--soft)}
textarea{min-height:6rem;resize:vertical}
input.code{letter-spacing:.06em}
.field input[type=file]{padding:.375rem}
::file-selector-button{font:inherit;min-height:1.875rem;margin-right:.75rem;padding:0 .75rem;border:1px solid var(--line);
border-radius:.375rem;background:var(--ground);color:var(--ink)}
.check{display:flex;align-items:center;gap:.75rem;min-height:2.75rem;padding:.375rem 0}
.check input{flex:none;width:1.25rem;height:1.25rem;margin:0;accent-color:var(--accent)}

.button{display:inline-flex;align-items:center;justify-content:center;min-height:2.75rem;padding:.5rem 1.125rem;
border:1px solid var(--edge);border-radius:var(--radius);background:var(--paper);color:var(--ink);font:inherit;
font-weight:600;line-height:1.25;text-align:center;text-decoration:none;cursor:pointer;transition:background .12s,border-color .12s}
.button:hover{background:var(--tint);border-color:var(--accent);color:var(--ink)}
.button:focus-visible{border-radius:var(--radius)}
.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
.primary:hover{background:var(--accent-deep);border-color:var(--accent-deep);color:var(--on-accent)}
.danger{border-color:var(--bad);color:var(--bad)}
.danger:hover{background:var(--bad);border-color:var(--bad);color:var(--on-bad)}
.link{padding:.5rem 0;background:none;border-color:transparent;color:var(--accent);font-weight:400;text-decoration:underline}
.link:hover{background:none;border-color:transparent;color:var(--accent-deep)}
.actions{display:flex;flex-wrap:wrap;gap:.5rem 1.25rem;align-items:center;margin:1.25rem 0 0}
.card form>.button,.card .actions .button:not(.link){flex:1 1 8rem}
.card form>.button:not(.link){width:100%}

.problem,.notice,.flash{margin:0 0 1.25rem;padding:.75rem 1rem;border-left:4px solid var(--accent);
border-radius:.375rem;background:var(--tint)}
.problem{border-color:var(--bad);background:var(--bad-tint)}
.flash{border-color:var(--good);background:var(--good-tint)}
:is(.problem,.notice,.flash)>:last-child{margin-bottom:0}
.badge{display:inline-block;padding:.0625rem .5rem;border-radius:1rem;background:var(--tint);color:var(--accent);
font-size:.8125rem;font-weight:600;white-space:nowrap}
.danger-zone{border-color:var(--bad)}.danger-zone h2{color:var(--bad)}

.facts{display:grid;gap:.125rem 1.5rem}
.facts dt{color:var(--soft);font-size:.875rem}.facts dd{margin:0 0 .75rem}
@media(min-width:36rem){.facts{grid-template-columns:minmax(8rem,auto) 1fr}.facts dt{font-size:1rem}.facts dd{margin:0 0 .375rem}}
.rows{padding:0;list-style:none}
.rows>li{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1rem;padding:.75rem 0;border-top:1px solid var(--line)}
.rows>li:first-child{border-top:0}
.row-text{flex:1 1 14rem;min-width:0}.row-text>*{display:block;margin:0}.row-text>.badge{display:inline-block}
.person{display:flex;align-items:center;gap:.875rem;margin:0 0 1rem}
.person>:last-child{min-width:0}
.avatar{flex:none;display:inline-flex;align-items:center;justify-content:center;width:2.75rem;height:2.75rem;border-radius:50%;
background:var(--tint);color:var(--accent);font-weight:650;object-fit:cover}
.avatar.large{width:6rem;height:6rem;font-size:2.25rem}
.qr{display:block;width:13rem;height:13rem;margin:0 auto 1rem;border-radius:var(--radius);background:#fff;image-rendering:pixelated}
.codes{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(18rem,100%),1fr));gap:.25rem 1rem;padding:1rem;border-radius:var(--radius);
background:var(--ground);list-style:none}
table{width:100%;border-collapse:collapse}
th,td{padding:.625rem .75rem .625rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{color:var(--soft);font-size:.875rem;font-weight:600}
@media(max-width:35.99rem){
.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stack :is(tbody,tr,td){display:block;border:0;padding:0}
.stack tr{padding:.625rem 0;border-bottom:1px solid var(--line)}
.stack td[data-label]::before{content:attr(data-label) ": ";color:var(--soft)}}
@media(prefers-reduced-motion:reduce){*{transition:none!important;scroll-behavior:auto!important}}
@media(forced-colors:active){.brand::before{background:CanvasText}.button{border-color:ButtonBorder}}
`
