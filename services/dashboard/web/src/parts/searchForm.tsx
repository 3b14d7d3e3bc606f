/** A field that searches when it is sent, not with every letter. */
import { useState } from 'react';
import { t } from '../texts/texts.ts';

interface Props {
  readonly label: string;
  readonly onSearch: (text: string) => void;
}

export function SearchForm({ label, onSearch }: Props) {
  const [text, setText] = useState('');
  return (
    <form
      role="search"
      className="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.trim());
      }}
    >
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        maxLength={200}
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value === '') onSearch('');
        }}
      />
      <button type="submit">{t('frame.search')}</button>
    </form>
  );
}
