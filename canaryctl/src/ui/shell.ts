import { join } from "node:path";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";

/** Where `npm ci` puts the page's script and style sheet. */
export const pageFolder = join(repositoryRoot, "canaryctl/dist/ui");

/** Two lanes. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M1 8h3c4 0 3-4 7-4h4" fill="none" stroke="#0b5cad" stroke-width="3"/><path d="M4 8c4 0 3 4 7 4h4" fill="none" stroke="#b34700" stroke-width="2"/></svg>`;

/** The page without its content, which the script draws. All addresses are relative: a gateway has it below a path. */
export const shell = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>canaryctl ui</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="tokens.css">
<link rel="stylesheet" href="page.css">
<script type="module" src="page.js"></script>
</head>
<body><noscript>This page shows live traffic by a script, which this browser does not run. A terminal shows it by:
npx canaryctl watch
</noscript></body>
</html>
`;
