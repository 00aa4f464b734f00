import { describe, expect, test } from "@jest/globals";
import type { Graph } from "../../../../canaryctl/src/graph/graph.ts";
import { graphOf } from "../../../../canaryctl/src/graph/graph-of.ts";
import { mermaidOf } from "../../../../canaryctl/src/graph/mermaid.ts";
import { svgOf } from "../../../../canaryctl/src/graph/svg.ts";
import { application, brokenIstio, wholeIstio } from "./live-objects.ts";

const hostile = `"]; click n0 <img src=x onerror=alert(1)> #quot; %%{init}%% \u202e`;

const small: Graph = {
  title: "shop in namespace team, stack dev",
  nodes: [
    { id: "Callers/in the mesh", kind: "Callers", name: "in the mesh", role: "entry", lines: [] },
    { id: "Subset/v1", kind: "Subset", name: "v1", role: "service", lines: ["version=v1"], fault: "matches no pod" },
    { id: "Pod/a", kind: "Pod", name: hostile, role: "pod", lines: [] },
  ],
  edges: [
    { from: "Callers/in the mesh", to: "Subset/v1", kind: "traffic", labels: ["x-canary=v2", "12.5 %"] },
    { from: "Callers/in the mesh", to: "Pod/a", kind: "traffic", labels: [] },
    { from: "Subset/v1", to: "Pod/a", kind: "part", labels: [] },
  ],
};

describe("Mermaid", () => {
  test("has nodes with their faults, and edges with their weights", () => {
    const lines = mermaidOf(small).split("\n");
    expect(lines.filter((line) => !line.includes("onerror"))).toEqual([
      "flowchart TB",
      "  accTitle: shop in namespace team, stack dev",
      '  n0(["<b>Callers</b><br/>in the mesh"])',
      '  n1["<b>Subset</b><br/>v1<br/>version=v1<br/>matches no pod"]:::fault',
      '  n0 -.->|"x-canary=v2<br/>12.5 %"| n1',
      "  n0 --> n2",
      "  n1 --- n2",
      "  classDef fault stroke-dasharray: 5 4",
      "",
    ]);
  });

  test("gives away no character that would end a text, open a tag or begin a comment", () => {
    const [line = ""] = mermaidOf(small)
      .split("\n")
      .filter((one) => one.includes("onerror"));
    expect(line).toBe(
      '  n2("<b>Pod</b><br/>#34;#93;#59; click n0 #60;img src=x onerror=alert#40;1#41;#62; #35;quot#59; #37;%#123;init#125;#37;% #8238;")',
    );
  });
});

const boxes = (svg: string) =>
  [...svg.matchAll(/class="box" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map((match) => {
    const [x = 0, y = 0, width = 0, height = 0] = match.slice(1).map(Number);
    return { left: x, right: x + width, top: y, bottom: y + height };
  });

describe("SVG", () => {
  const svg = svgOf(graphOf(wholeIstio, application, "dev"));

  test("has a title, what it says in words, each object by its full name, and the weights", () => {
    expect(svg).toContain('<title id="title">versioned-echo in namespace canary-lab, stack dev</title>');
    expect(svg).toMatch(
      /<desc id="desc">.*VirtualService\/versioned-echo-virtualservice to Subset\/v1 of versioned-echo: 90 %/,
    );
    expect(svg).toContain("<title>Pod/versioned-echo-v2-676bd4b4bf-k9qwb</title>");
    expect(svg).toMatch(/<g class="label">.*>90 %<\/text>/);
    expect(svg).toContain("prefers-color-scheme:dark");
    expect(svg).not.toMatch(/class="broken" d=/);
  });

  test("puts no box over another, and none over the edge of the picture", () => {
    const all = boxes(svg);
    expect(all).toHaveLength(16);
    const [width = 0, height = 0] = (/viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? []).slice(1).map(Number);
    for (const [index, one] of all.entries()) {
      expect(one.left >= 0 && one.top >= 0 && one.right <= width && one.bottom <= height).toBe(true);
      for (const other of all.slice(index + 1))
        expect(
          one.right < other.left || other.right < one.left || one.bottom < other.top || other.bottom < one.top,
        ).toBe(true);
    }
  });

  test("draws what does not answer dashed, and the way to it", () => {
    const broken = svgOf(graphOf(brokenIstio("no-destination-rule"), application, "dev"));
    expect(broken.match(/<g class="service fault">/g)).toHaveLength(2);
    expect(broken.match(/class="broken" d=/g)).toHaveLength(2);
    expect(broken).toContain("Subset/v1 of versioned-echo is in no DestinationRule");
  });

  test("takes nobody's words for a tag or a script", () => {
    const drawn = svgOf(small);
    expect(drawn).not.toContain("<img");
    expect(drawn).not.toContain("\u202e");
    expect(drawn).toContain("&lt;img");
  });
});
