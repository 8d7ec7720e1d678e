namespace Tenon.Kube.Client.Transport;

/// <summary>Cuts bytes into lines. A line is valid until the next call of <see cref="Space"/>.</summary>
internal sealed class LineBuffer(int longest)
{
    private const int FirstSize = 64 * 1024;
    private byte[] _bytes = new byte[FirstSize];
    private int _start; // where the next line begins
    private int _looked; // no line break before here
    private int _end; // no byte from here on

    /// <summary>Bytes that are not a whole line yet.</summary>
    public bool HasRest => _end > _start;

    /// <summary>The next whole line without its break; null when more bytes are needed.</summary>
    public ReadOnlyMemory<byte>? Next()
    {
        var at = _bytes.AsSpan(_looked, _end - _looked).IndexOf((byte)'\n');
        if (at < 0)
        {
            _looked = _end;
            return null;
        }
        var end = _looked + at;
        var line = _bytes.AsMemory(_start, end - _start);
        _start = _looked = end + 1;
        return line is { Length: > 0 } && line.Span[^1] == (byte)'\r' ? line[..^1] : line;
    }

    /// <summary>Room to read into; at least one byte.</summary>
    public Memory<byte> Space()
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_bytes, _start, _bytes, 0, _end - _start);
            (_looked, _end, _start) = (_looked - _start, _end - _start, 0);
        }
        if (_end == _bytes.Length)
        {
            if (_bytes.Length >= longest)
                throw new TransportException($"a line of the stream is longer than {longest} bytes");
            Array.Resize(ref _bytes, Math.Min(longest, _bytes.Length * 2));
        }
        return _bytes.AsMemory(_end);
    }

    public void Fill(int count) => _end += count;
}
