import { join } from "node:path";
import ts from "typescript/lib/typescript.js";
import { repositoryRoot } from "../cluster/lab-folder.ts";

/** A field of a component's arguments, or one of its outputs. */
export interface ComponentField {
  readonly name: string;
  readonly type: string;
  readonly isOptional: boolean;
  readonly words: string;
}

export interface Component {
  readonly name: string;
  readonly token: string;
  readonly words: string;
  readonly throws: readonly string[];
  readonly args: readonly ComponentField[];
  readonly outputs: readonly ComponentField[];
}

const index = join(repositoryRoot, "components/index.ts");

/** Pulumi's own types take seconds to read, and of them only this much shows. */
const pulumiStub = join(repositoryRoot, "pulumi-stub.d.ts");
const stubText = "export interface Output<T> { value: T } export type Input<T> = T | Promise<T> | Output<T>;";

/** The components that the package exports, read of their source; types of other packages are as they are written there. */
export function readComponents(): readonly Component[] {
  const options: ts.CompilerOptions = {
    strict: true,
    types: [],
    allowImportingTsExtensions: true,
    noEmit: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === pulumiStub || fileExists(file);
  host.getSourceFile = (file, version, ...rest) =>
    file === pulumiStub ? ts.createSourceFile(file, stubText, version) : getSourceFile(file, version, ...rest);
  host.resolveModuleNameLiterals = (names, from) =>
    names.map(({ text }) => {
      const file = text === "@pulumi/pulumi" ? pulumiStub : text.startsWith(".") ? join(from, "..", text) : undefined;
      return {
        resolvedModule: file === undefined ? undefined : { resolvedFileName: file, extension: ts.Extension.Ts },
      };
    });
  const program = ts.createProgram([index], options, host);
  return new Reader(program.getTypeChecker()).read(program.getSourceFile(index) as ts.SourceFile);
}

class Reader {
  readonly #checker: ts.TypeChecker;

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  read(file: ts.SourceFile): readonly Component[] {
    const module = this.#checker.getSymbolAtLocation(file) as ts.Symbol;
    const all = this.#checker.getExportsOfModule(module).map((symbol) => this.#resolved(symbol));
    return all.flatMap((symbol) => {
      const [node] = symbol.declarations ?? [];
      const args = all.find(({ name }) => name === `${symbol.name}Args`);
      return node && ts.isClassDeclaration(node) && args ? [this.#component(symbol, node, args)] : [];
    });
  }

  #resolved(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #component(symbol: ts.Symbol, node: ts.ClassDeclaration, args: ts.Symbol): Component {
    const [, token = ""] = /super\(\s*"([^"]+)"/.exec(node.getText()) ?? [];
    const throws = symbol.getJsDocTags(this.#checker).filter(({ name }) => name === "throws");
    const outputs = node.members.filter(ts.isPropertyDeclaration).filter((member) => ts.isIdentifier(member.name));
    return {
      name: symbol.name,
      token,
      words: this.#words(symbol),
      throws: throws.map(({ text }) => ts.displayPartsToString(text)),
      args: this.#checker
        .getDeclaredTypeOfSymbol(args)
        .getProperties()
        .map((field) => this.#field(field)),
      outputs: outputs.map((member) => this.#field(this.#checker.getSymbolAtLocation(member.name) as ts.Symbol)),
    };
  }

  #field(symbol: ts.Symbol): ComponentField {
    const isOptional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    return { name: symbol.name, type: this.#type(symbol), isOptional, words: this.#words(symbol) };
  }

  /** As it is written, but for a field that a mapped type makes an input of. */
  #type(symbol: ts.Symbol): string {
    const [node] = symbol.declarations ?? [];
    const written = node && (ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) && node.type?.getText();
    const text = (written || this.#checker.typeToString(this.#checker.getTypeOfSymbol(symbol))).replace(/\s+/g, " ");
    const own = text.replaceAll("pulumi.", "").replace(/ \| undefined$/, "");
    const isInput = /^Input</.test(this.#checker.typeToString(this.#checker.getTypeOfSymbol(symbol)));
    return isInput && !own.startsWith("Input<") ? `Input<${own}>` : own;
  }

  #words(symbol: ts.Symbol): string {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker));
    return text.replace(/\s+/g, " ").replaceAll(/\{@link (\w+)\}/g, "`$1`");
  }
}
