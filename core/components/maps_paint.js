// WebGL 2: one canvas, one context, a scissored viewport per panel. Knows nothing of pointers, legends or Python.

const VERTEX = `#version 300 es
precision highp float;
precision highp int;
layout(location = 0) in vec2 place;
layout(location = 1) in uint code;
layout(location = 2) in uint mark;      // bit 0: lit, bit 1: selected
layout(location = 3) in uint strength;  // 0..254, 255: not measured
uniform vec2 centre;
uniform vec2 scale;
uniform float size;
uniform float opacity;
uniform uint needed;                    // the bits a bright point has
uniform bool bright;                    // which of the two passes this is
uniform sampler2D palette;
uniform vec3 page;
out vec4 colour;
flat out float hollow;
flat out float diameter;
void main() {
  vec4 own = texelFetch(palette, ivec2(int(code & 255u), int(code >> 8u)), 0);
  bool isBright = (mark & needed) == needed;
  if (own.a == 0.0 || isBright != bright) {
    gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
    gl_PointSize = 0.0;
    return;
  }
  gl_Position = vec4((place - centre) * scale, 0.0, 1.0);
  diameter = size * (bright ? (needed == 0u ? 1.0 : 1.35) : 0.8);
  gl_PointSize = diameter;
  hollow = strength == 255u ? 1.0 : 0.0;
  float full = strength == 255u ? 1.0 : mix(0.07, 1.0, float(strength) / 254.0);
  colour = bright ? vec4(own.rgb, (needed == 0u ? opacity : 1.0) * full)
                  : vec4(mix(own.rgb, page, 0.55), 0.22 * opacity * full);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec4 colour;
flat in float hollow;
flat in float diameter;
out vec4 drawn;
void main() {
  float away = length(gl_PointCoord - 0.5) * diameter;  // pixels from the middle
  float rim = diameter * 0.5;
  float alpha = diameter < 2.5 ? 1.0 : clamp(rim - away + 0.5, 0.0, 1.0);
  if (hollow > 0.5) alpha *= diameter < 4.0 ? 0.4 : mix(0.12, 1.0, smoothstep(rim - 2.0, rim - 1.0, away));
  if (alpha <= 0.0) discard;
  drawn = vec4(colour.rgb * colour.a * alpha, colour.a * alpha);
}`;

const PALETTE_SIDE = 256; // 256 x 256 colours: every uint16 code

class Painter {
  // Throws when there is no WebGL 2.
  constructor(canvas) {
    this.gl = canvas.getContext("webgl2", { antialias: false, alpha: true, premultipliedAlpha: true });
    if (!this.gl) throw new Error("no WebGL 2");
    this.program = this.#link();
    this.uniforms = {};
    for (const name of ["centre", "scale", "size", "opacity", "needed", "bright", "palette", "page"]) {
      this.uniforms[name] = this.gl.getUniformLocation(this.program, name);
    }
    this.shared = { code: this.gl.createBuffer(), mark: this.gl.createBuffer(), order: this.gl.createBuffer() };
    this.paletteTexture = this.gl.createTexture();
    this.panels = [];
    this.n = 0;
  }

  #link() {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      gl.deleteShader(shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) || "lost");
    return program;
  }

  #fill(buffer, data, target = this.gl.ARRAY_BUFFER) {
    this.gl.bindBuffer(target, buffer);
    this.gl.bufferData(target, data, this.gl.STATIC_DRAW);
  }

  // New coordinates: everything of the old ones goes.
  setPoints(panels, order) {
    const { gl } = this;
    this.#dropPanels();
    this.n = order.length;
    gl.bindVertexArray(null);
    this.#fill(this.shared.order, order, gl.ELEMENT_ARRAY_BUFFER);
    this.panels = panels.map(({ xy }) => {
      const panel = { vao: gl.createVertexArray(), place: gl.createBuffer(), strength: gl.createBuffer() };
      gl.bindVertexArray(panel.vao);
      this.#fill(panel.place, xy);
      gl.enableVertexAttribArray(0);
      gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
      for (const [at, buffer, kind] of [
        [1, this.shared.code, gl.UNSIGNED_SHORT], [2, this.shared.mark, gl.UNSIGNED_BYTE],
      ]) {
        gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
        gl.enableVertexAttribArray(at);
        gl.vertexAttribIPointer(at, 1, kind, 0, 0);
      }
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.shared.order);
      return panel;
    });
    gl.bindVertexArray(null);
  }

  setCodes(codes) {
    this.#fill(this.shared.code, codes);
  }

  setMarks(marks) {
    this.#fill(this.shared.mark, marks);
  }

  setStrength(place, strength) {
    const { gl } = this;
    gl.bindVertexArray(this.panels[place].vao);
    if (strength) {
      this.#fill(this.panels[place].strength, strength);
      gl.enableVertexAttribArray(3);
      gl.vertexAttribIPointer(3, 1, gl.UNSIGNED_BYTE, 0, 0);
    } else {
      gl.disableVertexAttribArray(3);
      gl.vertexAttribI4ui(3, 254, 254, 254, 254);
    }
    gl.bindVertexArray(null);
  }

  // A colour per code; hidden codes are transparent.
  setPalette(colours, hidden) {
    const { gl } = this;
    const texels = new Uint8Array(PALETTE_SIDE * PALETTE_SIDE * 4);
    colours.forEach((colour, code) => {
      if (!hidden.has(code)) texels.set([...rgb(colour), 255], 4 * code);
    });
    gl.bindTexture(gl.TEXTURE_2D, this.paletteTexture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, PALETTE_SIDE, PALETTE_SIDE, 0, gl.RGBA, gl.UNSIGNED_BYTE, texels);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    }
  }

  // cells: {left, top, width, height} per panel in canvas pixels. view: centre and pixels per unit. count: of the order.
  draw({ cells, view, size, opacity, needed, page, count }) {
    const { gl, uniforms } = this;
    gl.disable(gl.SCISSOR_TEST);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!count) return;
    gl.enable(gl.SCISSOR_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.paletteTexture);
    gl.uniform1i(uniforms.palette, 0);
    gl.uniform2f(uniforms.centre, view.x, view.y);
    gl.uniform1f(uniforms.size, size);
    gl.uniform1f(uniforms.opacity, opacity);
    gl.uniform1ui(uniforms.needed, needed);
    gl.uniform3f(uniforms.page, ...page.map((channel) => channel / 255));
    this.panels.forEach((panel, place) => {
      const { left, top, width, height } = cells[place];
      const box = [left, gl.drawingBufferHeight - top - height, width, height];
      gl.viewport(...box);
      gl.scissor(...box);
      gl.uniform2f(uniforms.scale, (2 * view.scale) / width, (2 * view.scale) / height);
      gl.bindVertexArray(panel.vao);
      for (const bright of needed ? [false, true] : [true]) {
        gl.uniform1i(uniforms.bright, bright ? 1 : 0);
        gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, 0);
      }
    });
    gl.bindVertexArray(null);
  }

  // Call `done` when what was asked for is really on the screen; drawing itself returns at once.
  whenDrawn(done) {
    const { gl } = this;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    const look = () => {
      if (gl.isContextLost() || this.freed) return;
      if (gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED) return void setTimeout(look, 4);
      gl.deleteSync(fence);
      done();
    };
    look();
  }

  #dropPanels() {
    for (const { vao, place, strength } of this.panels) {
      this.gl.deleteVertexArray(vao);
      this.gl.deleteBuffer(place);
      this.gl.deleteBuffer(strength);
    }
    this.panels = [];
  }

  // Browsers allow about 16 contexts at once: give this one back now, not when memory is collected.
  free() {
    this.freed = true;
    this.#dropPanels();
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}
