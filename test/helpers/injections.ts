const RUN = "window.injected=1";

/** Texts that run a program where they get into a page unescaped: in markup, attributes, scripts, JSON, SVG, styles, URLs. */
export const INJECTIONS: readonly string[] = [
  ...[
    `<script>${RUN}</script>`, `</script><script>${RUN}</script>`, `<ScRiPt>${RUN}</sCrIpT>`, `<script >${RUN}</script >`, `<script/x>${RUN}</script>`, `<<script>${RUN}//<</script>`, `<scr<script>ipt>${RUN}</scr</script>ipt>`,
    `<img src=x onerror=${RUN}>`, `"><img src=x onerror=${RUN}>`, `'><img src=x onerror=${RUN}>`, `<img src=x onerror="${RUN}"`, `<img/src=x/onerror=${RUN}>`, `<image src=x onerror=${RUN}>`, `<img src="x" \`onerror=${RUN}\`>`,
    `<svg onload=${RUN}>`, `<svg/onload=${RUN}>`, `<svg><script>${RUN}</script></svg>`, `</svg><script>${RUN}</script>`, `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`, `<svg><a xlink:href="javascript:${RUN}"><text y=20>x</text></a></svg>`, `<svg><foreignObject><body onload=${RUN}></foreignObject></svg>`,
    `</title><script>${RUN}</script>`, `</style><script>${RUN}</script>`, `</textarea><script>${RUN}</script>`, `</noscript><script>${RUN}</script>`, `</select><img src=x onerror=${RUN}>`, `</option></select><script>${RUN}</script>`, `</table><script>${RUN}</script>`, `</td></tr></table><img src=x onerror=${RUN}>`,
    `--><script>${RUN}</script>`, `<!--><script>${RUN}</script>-->`, `<!--<script>`, `]]><script>${RUN}</script>`, `<![CDATA[<script>${RUN}</script>]]>`, `<?xml version="1.0"?><script>${RUN}</script>`,
    `" onmouseover="${RUN}" x="`, `' onfocus='${RUN}' autofocus x='`, `" autofocus onfocus=${RUN} tabindex=1 "`, `" style="animation:x" onanimationstart="${RUN}`, `x" onload="${RUN}`,
    `<iframe srcdoc="<script>parent.${RUN}</script>">`, `<iframe src="javascript:parent.${RUN}">`, `<object data="javascript:${RUN}">`, `<embed src="javascript:${RUN}">`, `<a href="javascript:${RUN}" autofocus>x</a>`, `<form action="javascript:${RUN}"><button autofocus>x</button></form>`,
    `<body onload=${RUN}>`, `<details open ontoggle=${RUN}>`, `<video><source onerror=${RUN}></video>`, `<audio src onerror=${RUN}>`, `<input autofocus onfocus=${RUN}>`, `<marquee onstart=${RUN}>`, `<math><mi xlink:href="javascript:${RUN}">x</mi></math>`,
    `<meta http-equiv="refresh" content="0;url=javascript:${RUN}">`, `<base href="javascript:${RUN}//">`, `<link rel=stylesheet href="data:text/css,*{color:red}">`, `<style>@import "data:text/css,*{}";</style>`,
    `";${RUN};"`, `'-${RUN}-'`, `\${${RUN}}`, `{{constructor.constructor('${RUN}')()}}`, `\\u003cscript>${RUN}</script>`, `&lt;script&gt;${RUN}&lt;/script&gt;`, `\u2028${RUN}\u2029`, `javascript:${RUN}`, `data:text/html,<script>${RUN}</script>`,
  ],
];
