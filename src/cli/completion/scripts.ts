/**
 * For each shell, what asks `signalbox complete` on each press of the tab key. A line of the answer is
 * a word, a tab and what it means; `:files` alone stands for the shell's own completion of files.
 */
export const completionScripts: Readonly<Record<'bash' | 'zsh' | 'fish', string>> = {
  bash: `# Completion of signalbox for bash. Load it now and in each shell:
#   echo 'eval "$(signalbox completion bash)"' >> ~/.bashrc
_signalbox() {
  local line word
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = ":files" ]; then
      compopt -o default 2>/dev/null
      return
    fi
    word=\${line%%$'\\t'*}
    case $word in *.) compopt -o nospace 2>/dev/null ;; esac
    COMPREPLY+=("$word")
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _signalbox signalbox
`,
  zsh: `#compdef signalbox
# Completion of signalbox for zsh. Load it now and in each shell:
#   echo 'eval "$(signalbox completion zsh)"' >> ~/.zshrc
_signalbox() {
  local -a lines words_found open_found
  local line word
  lines=("\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "\${lines[1]}" == ":files" ]]; then
    _files
    return
  fi
  for line in "\${(@)lines}"; do
    [[ -z "$line" ]] && continue
    word="\${line%%$'\\t'*}"
    line="\${word//:/\\\\:}:\${line#*$'\\t'}"
    if [[ "$word" == *. ]]; then open_found+=("$line"); else words_found+=("$line"); fi
  done
  (( \${#words_found} )) && _describe 'signalbox' words_found
  (( \${#open_found} )) && _describe 'signalbox' open_found -S ''
}
if [ "\${funcstack[1]}" = "_signalbox" ]; then
  _signalbox "$@"
else
  (( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit; }
  compdef _signalbox signalbox
fi
`,
  fish: `# Completion of signalbox for fish. Load it now and in each shell:
#   signalbox completion fish > ~/.config/fish/completions/signalbox.fish
function __signalbox_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lines ($words[1] complete -- $words[2..-1] 2>/dev/null)
    if test "$lines[1]" = ":files"
        __fish_complete_path (commandline -ct)
        return
    end
    printf '%s\\n' $lines
end
complete -c signalbox -f -a '(__signalbox_complete)'
`,
};

export type Shell = keyof typeof completionScripts;
export const shells: readonly Shell[] = ['bash', 'zsh', 'fish'];
