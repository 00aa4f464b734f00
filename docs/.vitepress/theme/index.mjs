import { useData } from "vitepress";
import DefaultTheme from "vitepress/theme";
import { defineComponent, h, onMounted, ref, watch } from "vue";

/** Draws a diagram in the browser, which alone knows the size of its letters. */
const Mermaid = defineComponent({
  props: { code: { type: String, required: true } },
  setup({ code }) {
    const { isDark } = useData();
    const text = decodeURIComponent(code);
    const drawing = ref("");
    const draw = async () => {
      const { default: mermaid } = await import("mermaid");
      mermaid.initialize({ startOnLoad: false, theme: isDark.value ? "dark" : "default" });
      const id = `diagram-${crypto.randomUUID()}`;
      drawing.value = (await mermaid.render(id, text)).svg;
    };
    onMounted(draw);
    watch(isDark, draw);
    return () => (drawing.value ? h("div", { innerHTML: drawing.value }) : h("pre", text));
  },
});

export default { extends: DefaultTheme, enhanceApp: ({ app }) => app.component("Mermaid", Mermaid) };
