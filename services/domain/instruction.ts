/** Recognises page text that talks to a language model instead of to people (design 4.6). */

const MAX_SCANNED = 400_000;

/** Letters of other scripts that look Latin. */
const lookAlikes: Readonly<Record<string, string>> = {
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  у: 'y',
  х: 'x',
  і: 'i',
  ѕ: 's',
  ј: 'j',
  ԁ: 'd',
  ո: 'n',
  ɡ: 'g',
  α: 'a',
  ο: 'o',
  ν: 'v',
  ρ: 'p',
  τ: 't',
  ι: 'i',
  ε: 'e',
  κ: 'k',
};

/** Wording that is meant for a model; each is enough by itself. Texts are folded before. */
const signs: readonly RegExp[] = [
  // "ignore all previous instructions" in the languages of most pages
  /\b(?:ignore|disregard|forget|override|bypass|skip over)\b[^.!?\n]{0,40}\b(?:previous|prior|above|earlier|preceding|foregoing|system|your|other)\b[^.!?\n]{0,20}\b(?:instructions?|prompts?|rules|directions|guidelines|directives|messages?|context)\b/u,
  /\b(?:ignorier\w*|missacht\w*|vergiss|vergessen sie)\b[^.!?\n]{0,40}\b(?:vorherig\w*|vorangegangen\w*|bisherig\w*|obig\w*|fruher\w*|alle|deine|ihre)\b[^.!?\n]{0,20}\b(?:anweisung\w*|instruktion\w*|regeln|vorgaben|befehl\w*)/u,
  /\b(?:ignore[sz]?|oublie[sz]?)\b[^.!?\n]{0,40}\b(?:instructions?|consignes?|regles|directives)\b[^.!?\n]{0,20}\b(?:precedent\w*|anterieur\w*|ci-dessus|systeme)\b/u,
  /\b(?:ignor[ae]|olvid[ae]|desestima)\b[^.!?\n]{0,40}\b(?:instruccion\w*|ordenes|reglas|indicaciones)\b[^.!?\n]{0,20}\b(?:anterior\w*|previas?|del sistema)\b/u,
  /\b(?:ignora\w*|dimentica\w*)\b[^.!?\n]{0,40}\b(?:istruzioni|regole|indicazioni)\b[^.!?\n]{0,20}\b(?:precedent\w*|di sistema)\b/u,
  /\b(?:ignor\w*|esque[cç]a\w*)\b[^.!?\n]{0,40}\b(?:instrucoes|regras|ordens)\b[^.!?\n]{0,20}\b(?:anterior\w*|previas|do sistema)\b/u,
  /\b(?:negeer|vergeet)\b[^.!?\n]{0,40}\b(?:vorige|eerdere|bovenstaande|alle)\b[^.!?\n]{0,20}\b(?:instructies?|regels|opdrachten)\b/u,
  /(?:игнориру\p{L}*|забудь\p{L}*|не обраща\p{L}* внимания на)[^.!?\n]{0,40}(?:предыдущ\p{L}*|прошл\p{L}*|все|системн\p{L}*)[^.!?\n]{0,20}(?:инструкци\p{L}*|указани\p{L}*|правил\p{L}*)/u,
  /(?:忽略|无视|忘记|忽視|無視)[^。!?\n]{0,12}(?:之前|以前|先前|以上|上述|前面|所有|系统)[^。!?\n]{0,8}(?:指令|指示|提示|说明|规则|命令)/u,
  /(?:以前|前|上記|これまで|すべて|全て)の?[^。\n]{0,8}(?:指示|命令|プロンプト|ルール)を?[^。\n]{0,6}(?:無視|忘れ)/u,
  // roles and delimiters of chat formats
  /<\|?\/?\s*(?:im_start|im_end|im_sep|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|system|assistant|user|tool_call|function_call)\b[^>\n]{0,40}\|?>/u,
  /\[\/?(?:inst|system|sys|assistant)\]|<<\/?sys>>|<\/?(?:start_of_turn|end_of_turn)>/u,
  /(?:^|\n)\s*(?:#{1,6}|-{3,}|={3,}|\*{2,3})\s*(?:system|assistant|new|end of|begin|updated?)\s*(?:prompt|message|instructions?|page|text|content|data)?\s*:?\s*(?:#{1,6}|-{3,}|={3,}|\*{2,3})\s*(?:$|\n)/u,
  /(?:^|\n)\W{0,4}(?:system|assistant|developer)\W{0,3}:\s*(?:you\b|ignore|do not|don't|always|never|answer|respond|reply|return|the (?:page|site|change)|from now|report|this (?:page|change))/u,
  /\b(?:system|developer)[ _-](?:prompt|message|instruction)s?\b[^.!?\n]{0,60}\b(?:is|are|reveal|repeat|print|output|follows?|override\w*|update\w*)\b/u,
  /\b(?:reveal|repeat|print|output|show|leak)\b[^.!?\n]{0,30}\b(?:system prompt|your (?:prompt|system instructions)|initial instructions)\b|\b(?:reveal|leak) your (?:instructions|rules)\b/u,
  // letter-spaced words run together when they are closed up
  /ignore(?:all)?(?:the|your)?(?:previous|prior|above)(?:instruction|prompt|rule)/u,
  // our own answer format
  /\bno_match\b|\binstruction_in_page\b|\bnot_judgeable\b|\bbecame_true\b|\bstill_true\b/u,
  /["']?verdict["']?\s*[:=]\s*["']?(?:match|no[ _-]?match|undetermined)\b/u,
  /["'](?:relevance|claims|quote)["']\s*:\s*(?:\d|\[|")[^\n]{0,200}["'](?:verdict|severity|summary|relevance|claims)["']\s*:/u,
  // addressed to a machine that reads
  /\b(?:ai|a\.i\.|llm|gpt|chatgpt|language model|chat ?bot|ai (?:assistant|agent|model|system)|automated (?:agent|system|reader|monitor\w*)|monitoring (?:bot|agent|system|tool))s?\b[^.!?\n]{0,60}\b(?:must|should|shall|have to|please|are instructed|is instructed|are required|need to|do not|don't|never|always)\b[^.!?\n]{0,40}\b(?:answer|respond|reply|report|say|return|output|ignore|classify|mark|treat|alert|notify|state|conclude|summar\w*)/u,
  /\b(?:note|message|notice|instructions?|attention|important)\b[^.!?\n]{0,20}\b(?:to|for)\b[^.!?\n]{0,12}\b(?:ai|llm|gpt|language models?|ai (?:assistant|agent|model)s?|the (?:assistant|model|judge|summari[sz]er|monitor(?:ing)? (?:bot|agent|system)))\b/u,
  /\byou are (?:now )?(?:an? |the )?(?:\w+ ){0,2}(?:ai|llm|language model|assistant|chat ?bot|judge model|dan)\b/u,
  /\bas an? (?:ai|large|language) (?:language )?(?:model|assistant)\b[^.!?\n]{0,60}\b(?:you|must|should|answer|respond|ignore)\b/u,
  /\b(?:do not|don't|never)\b[^.!?\n]{0,20}\b(?:report|flag|alert|notify|mention|tell)\b[^.!?\n]{0,30}\b(?:this|any|the|about)\b[^.!?\n]{0,15}\b(?:changes?|differences?|update|price change|user)\b/u,
  /\b(?:answer|respond|reply|return|output|say)\b[^.!?\n]{0,20}\b(?:only|exactly|always|with|that)\b[^.!?\n]{0,30}\b(?:no changes?|unchanged|nothing (?:has )?changed|not relevant|irrelevant|match|json|relevance)\b/u,
  /\b(?:this|the) (?:page|site|website|content|change) (?:is|has) (?:not changed|unchanged|no changes?)\b[^\n]{0,60}\b(?:answer|respond|reply|return|verdict|report)\b/u,
  /\b(?:antworte|antworten sie|gib|geben sie)\b[^.!?\n]{0,20}\b(?:nur|immer|ausschliesslich|genau)\b[^.!?\n]{0,30}\b(?:keine anderung\w*|unverandert|nicht relevant|json|kein treffer)/u,
  /\b(?:new|updated|revised|additional|real|actual) (?:system )?instructions? ?(?:for you|follow\w*|below)? ?:/u,
  /\bfrom now on\b[^.!?\n]{0,30}\b(?:you (?:are|will|must)|act as|answer|respond|always answer)\b/u,
  /\b(?:pretend|act) (?:to be|as if|as though|as an?)\b[^.!?\n]{0,40}\b(?:ai|model|assistant|unrestricted|no rules|nothing changed|unchanged)\b/u,
  /\b(?:begin|start|end) of (?:page|untrusted|user|system|data|trusted) (?:text|content|data|input|prompt|instructions?)\b/u,
];

/**
 * Whether a page's text contains something that reads like an instruction to a model. Meant to
 * over-report rather than to miss: the consequence is only that silence needs more than a model's no.
 */
export function looksLikeInstruction(text: string): boolean {
  const readings = readingsOf(text.slice(0, MAX_SCANNED));
  return readings.some((reading) => signs.some((sign) => sign.test(reading)));
}

/** The text as people see it, with its disguises taken off: look-alikes, spaced letters, base64. */
function readingsOf(text: string): string[] {
  const plain = foldText(text);
  const latin = plain.replace(
    /[\u0370-\u052f\u0561-\u0587\u0261]/gu,
    (letter) => lookAlikes[letter] ?? letter,
  );
  const closed = latin.replace(
    /(?<![\p{L}\p{N}])(?:\p{L}[ ._-]){4,}\p{L}(?![\p{L}\p{N}])/gu,
    (run) => run.replace(/[ ._-]/g, ''),
  );
  const spaced = foldText(
    text.replace(/(?<![\p{L}\p{N}])(?:\p{L} ){2,}\p{L}(?![\p{L}\p{N}])/gu, (run) =>
      run.replace(/ /g, ''),
    ),
  );
  const decoded = [...text.matchAll(/[A-Za-z0-9+/]{24,4000}={0,2}/g)]
    .slice(0, 50)
    .map((run) => foldText(decode(run[0])));
  return [...new Set([plain, latin, closed, spaced, ...decoded])];
}

/** Only what decodes to readable text is worth a look. */
function decode(base64: string): string {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  return /^[\p{L}\p{N}\p{P}\p{S}\s]*$/u.test(text) ? text : '';
}

const foldText = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\p{Cf}]/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\S\n]+/gu, ' ')
    // blank lines would be scanned again from each of them
    .replace(/\n[ \n]*/gu, '\n')
    .replace(/ß/g, 'ss');
